"""What each tenant uses, what that costs by a dated table of prices, and how much of it a tenant may use."""
