"""One search box: normalisation, identifiers, an in-process index and the page that shows them."""
