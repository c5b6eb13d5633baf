"""From the request's body to the landing bucket, part by part, under the signed-in user's credentials."""
