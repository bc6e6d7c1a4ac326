"""Pictures of displays, panels and counts, as SVG: schematics, never likenesses."""

from radiokey.web.draw.display import display_svg
from radiokey.web.draw.dots import dots_svg
from radiokey.web.draw.panel import panel_svg

__all__ = ["display_svg", "dots_svg", "panel_svg"]
