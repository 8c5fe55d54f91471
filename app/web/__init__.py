"""Pages for people: templates, style sheets and what they show."""
