"""How Sphinx makes the site of the documentation; `tools/docs.py` lays this beside the pages."""

from importlib.metadata import version as version_of

project = "Radiokey"
version = release = version_of("radiokey")
html_title = f"Radiokey {version}"
extensions = ["myst_parser"]
root_doc = "index"
exclude_patterns = ["findings/*.sh"]
myst_heading_anchors = 6
html_theme = "furo"
html_static_path = ["style.css"]
html_css_files = ["style.css"]
html_copy_source = False
# Summaries of what was found would be fetched, which a browser refuses a page that was opened from a file.
html_show_search_summary = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#8a4b00", "color-brand-content": "#8a4b00"},
    "dark_css_variables": {"color-brand-primary": "#ffb454", "color-brand-content": "#ffb454"},
    "top_of_page_buttons": [],
}
pygments_style = "friendly"
pygments_dark_style = "monokai"
