"""What must die by itself: owns the short-lived store and its adapters; leaves what lasts to SQL, keys to `keys`."""
