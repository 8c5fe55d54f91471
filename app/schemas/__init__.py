"""What requests may ask and what answers look like: the contract that OpenAPI shows."""
