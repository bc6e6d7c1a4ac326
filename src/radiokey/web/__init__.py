"""Site and API: phone first, forms that work without JavaScript, a code never in a URL or a cookie."""
