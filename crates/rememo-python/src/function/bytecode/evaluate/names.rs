//! The names that a module's statements may bind, whatever way control takes.

use pyo3::prelude::*;
use rustc_hash::FxHashSet;

use super::super::decode::Code;
use super::super::opcode::Op;

/// A name that an import statement binds in a module.
pub(crate) struct ImportedName {
    /// The name that is bound; none for `*`.
    pub(crate) name: Option<String>,
    /// The module as written, and how many dots are before it.
    pub(crate) module: String,
    pub(crate) level: u32,
    /// The name that is taken of it; none for the module itself.
    pub(crate) from: Option<String>,
}

/// Every name that the statements of a module may bind, whatever way control takes: those that only import
/// statements do, with each of these, and the others.
pub(crate) fn names_bound(
    code: &Bound<'_, PyAny>,
) -> PyResult<(Vec<ImportedName>, FxHashSet<String>)> {
    let code = Code::decode(code)?;
    let text = |index: u32| code.names[index as usize].to_string_lossy().into_owned();
    let (mut imported, mut others) = (Vec::new(), FxHashSet::default());
    // Of the import statement that is being gone through: module, level, and whether names are taken of it.
    let mut statement: Option<(String, u32, bool)> = None;
    let mut taken: Option<String> = None;
    for (index, instruction) in code.instructions.iter().enumerate() {
        match instruction.op {
            Op::IMPORT_NAME => {
                let constant = |back: usize| {
                    let load = code.instructions[index.checked_sub(back)?];
                    (load.op == Op::LOAD_CONST).then(|| code.constant(load.arg).ok())?
                };
                let level = constant(2).and_then(|level| level.extract().ok()).unwrap_or(0);
                let takes_names = constant(1).is_some_and(|names| !names.is_none());
                statement = Some((text(instruction.arg), level, takes_names));
                taken = None;
            }
            Op::IMPORT_FROM => taken = Some(text(instruction.arg)),
            Op::IMPORT_STAR | Op::CALL_INTRINSIC_1 => {
                if let Some((module, level, _)) = statement.take() {
                    imported.push(ImportedName {
                        name: None,
                        module,
                        level,
                        from: Some("*".into()),
                    });
                }
            }
            Op::STORE_NAME | Op::STORE_GLOBAL => {
                let name = Some(text(instruction.arg));
                match (&statement, taken.take()) {
                    (Some((module, level, true)), Some(from)) => {
                        let (module, level) = (module.clone(), *level);
                        imported.push(ImportedName { name, module, level, from: Some(from) });
                    }
                    (Some((module, level, false)), path) => {
                        // `import a.b` binds `a`, `import a.b as c` binds `a.b`.
                        let top = module.split('.').next().unwrap_or(module).to_owned();
                        let module = if path.is_some() { module.clone() } else { top };
                        imported.push(ImportedName { name, module, level: *level, from: None });
                        statement = None;
                    }
                    _ => others.extend(name),
                }
            }
            Op::SWAP | Op::NOP => {}
            // Between two names of one statement nothing else happens.
            Op::POP_TOP if statement.as_ref().is_some_and(|s| !s.2) => {}
            _ => statement = None,
        }
    }
    Ok((imported, others))
}
