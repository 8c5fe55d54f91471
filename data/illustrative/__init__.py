"""The illustrative register: real places by postcode, everything else invented."""
