//! `diff`: two keys, two folders, or one of them and a file.

use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::failure::{DIFFERENT, Done, Failure};
use super::place::{Place, Session};
use super::show::{EntryJson, counts, difference};
use crate::app::msg::Exit;
use crate::cli::KvForm;
use crate::consul::{kv, read};
use crate::domain::ids::Dc;
use crate::domain::kv::{Entry, Key};
use crate::plan::compare::{Compare, Difference, Side};
use crate::plan::files;
use crate::plan::make::Incoming;
use crate::ui::text::clean;

/// What is compared.
pub(super) struct Sides<'a> {
    pub left: &'a str,
    pub right: &'a str,
    pub to_dc: Option<&'a str>,
    /// Whether to leave out the values.
    pub brief: bool,
}

/// Compares and prints.
pub(super) async fn diff(session: &Session<'_>, sides: &Sides<'_>, out: &mut impl Write) -> Done {
    let left = session.place().await?;
    let right =
        sides.to_dc.map_or_else(|| Ok(left.clone()), |dc| session.place_in(&Dc::from(dc)))?;
    let is_folder = |name: &str| name.is_empty() || name.ends_with('/');
    let mut print =
        Printer { out, form: session.form, brief: sides.brief, left: &left, right: &right };
    if is_folder(sides.left) {
        return folders(sides, &mut print).await;
    }
    let ours = kv::read(&left.client, &Key::from(sides.left)).await?;
    let theirs = match sides.right.strip_prefix('@') {
        Some(file) => {
            let value = std::fs::read(file)
                .map_err(|error| Failure::usage(format!("cannot read '{file}': {error}")))?;
            let flags = ours.as_ref().map_or(0, |ours| ours.flags);
            Some(files::entry(Incoming { key: sides.left.into(), value: value.into(), flags }))
        }
        None if is_folder(sides.right) => {
            return Err(Failure::usage("a key is compared with a key, a folder with a folder"));
        }
        None => kv::read(&right.client, &Key::from(sides.right)).await?,
    };
    let is_same = match (&ours, &theirs) {
        (None, None) => return Err(Failure::absent("neither of them exists")),
        (Some(ours), Some(theirs)) => ours.holds(&theirs.value, theirs.flags),
        _ => false,
    };
    if !is_same {
        let name = sides.left.to_owned();
        print.difference(&Difference { name, left: ours, right: theirs })?;
    }
    Ok(Exit { code: if is_same { 0 } else { DIFFERENT }, message: None })
}

/// Compares a prefix of two datacenters byte for byte as it stands, a folder or not, and prints.
pub(super) async fn prefixes(
    session: &Session<'_>,
    (source, destination): (&Dc, &Dc),
    sides: &Sides<'_>,
    out: &mut impl Write,
) -> Done {
    let (left, right) = (session.place_in(source)?, session.place_in(destination)?);
    let mut print =
        Printer { out, form: session.form, brief: sides.brief, left: &left, right: &right };
    let mut exit = folders(sides, &mut print).await?;
    for place in [&left, &right] {
        // Servers before 1.11 do not say when they leave something out.
        if !read::sees_all(&place.client).await {
            let hidden = format!(
                "{}: the token may not see everything; what is hidden is not compared",
                place.dc
            );
            exit.message =
                Some(exit.message.map_or_else(|| hidden.clone(), |it| format!("{it}\n{hidden}")));
        }
    }
    Ok(exit)
}

async fn folders<W: Write>(sides: &Sides<'_>, print: &mut Printer<'_, W>) -> Done {
    let left = Side::live(&print.left.client, &Key::from(sides.left)).await?;
    let right = match sides.right.strip_prefix('@') {
        Some(file) => {
            let prefix = Key::from(sides.left);
            let entries = files::under(Path::new(file), &prefix).map_err(Failure::usage)?;
            Side::whole(entries, &prefix)
        }
        None => Side::live(&print.right.client, &Key::from(sides.right)).await?,
    };
    let mut compare = Compare::new(left, right);
    while let Some(difference) = compare.next().await? {
        print.difference(&difference)?;
    }
    let found = compare.counts();
    let code = if found.is_same() { 0 } else { DIFFERENT };
    let message = if found.is_same() && found.same == 0 {
        // Two empty folders are the same; so are two whose name is a slip.
        format!("there is no key on either side: nothing begins with '{}'", sides.left)
    } else {
        counts(found)
    };
    Ok(Exit { code, message: Some(message) })
}

struct Printer<'a, W> {
    out: &'a mut W,
    form: KvForm,
    brief: bool,
    left: &'a Place,
    right: &'a Place,
}

impl<W: Write> Printer<'_, W> {
    fn difference(&mut self, it: &Difference) -> Done<()> {
        let (word, sign) = match (&it.left, &it.right) {
            (None, _) => ("added", '+'),
            (_, None) => ("removed", '-'),
            _ => ("changed", '~'),
        };
        if self.form == KvForm::Json {
            let row = json!({
                "name": it.name,
                "difference": word,
                "left": it.left.as_ref().map(|it| EntryJson::of(&self.left.dc, it)),
                "right": it.right.as_ref().map(|it| EntryJson::of(&self.right.dc, it)),
            });
            writeln!(self.out, "{row}")?;
            return Ok(());
        }
        writeln!(self.out, "{sign} {}", clean(&it.name))?;
        if !self.brief {
            let value =
                |it: &Option<Entry>| it.as_ref().map(|it| it.value.clone()).unwrap_or_default();
            write!(self.out, "{}", difference(&value(&it.left), &value(&it.right)))?;
            if let (Some(left), Some(right)) = (&it.left, &it.right)
                && left.flags != right.flags
            {
                writeln!(self.out, "flags: {} -> {}", left.flags, right.flags)?;
            }
        }
        Ok(())
    }
}
