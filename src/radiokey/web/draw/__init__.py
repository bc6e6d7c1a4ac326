"""Pictures of displays, panels, faces and counts, as SVG: schematics, never likenesses."""

from radiokey.web.draw.display import display_svg
from radiokey.web.draw.dots import dots_svg
from radiokey.web.draw.face import face_svg, shown_word
from radiokey.web.draw.panel import label_lines, panel_svg

__all__ = ["display_svg", "dots_svg", "face_svg", "label_lines", "panel_svg", "shown_word"]
