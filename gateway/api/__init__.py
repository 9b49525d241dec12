"""REST: sign-in, clinics, visits, invitations, health."""
