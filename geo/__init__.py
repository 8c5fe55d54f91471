"""Pure analysis: tables in, tables out. Nothing here may do I/O; ``make lint`` sees to it."""
