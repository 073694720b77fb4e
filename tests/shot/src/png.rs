//! An SVG of the support code as PNG, twice its size, so that it is sharp on dense screens.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// The font that the pictures are laid out for.
const FONT: &str = "DejaVu Sans Mono";
const SCALE: f32 = 2.0;

/// Paints SVGs with the system's fonts.
pub struct Painter {
    options: Options<'static>,
}

impl Painter {
    /// # Errors
    /// When this machine lacks the font.
    pub fn new() -> Result<Self> {
        let mut fonts = fontdb::Database::new();
        fonts.load_system_fonts();
        let known = fonts
            .faces()
            .any(|face| face.families.iter().any(|(name, _)| name == FONT));
        ensure!(
            known,
            "the font '{FONT}' is missing: install the package 'fonts-dejavu-core'"
        );
        let options = Options {
            fontdb: Arc::new(fonts),
            ..Options::default()
        };
        Ok(Self { options })
    }

    /// # Errors
    /// When `svg` is not one, or too large to paint.
    pub fn paint(&self, svg: &str) -> Result<Vec<u8>> {
        let tree = Tree::from_str(svg, &self.options).context("reading the SVG")?;
        let size = tree
            .size()
            .to_int_size()
            .scale_by(SCALE)
            .context("scaling the picture")?;
        let mut pixels = Pixmap::new(size.width(), size.height()).context("making room for it")?;
        resvg::render(
            &tree,
            Transform::from_scale(SCALE, SCALE),
            &mut pixels.as_mut(),
        );
        pixels.encode_png().context("writing the PNG")
    }
}
