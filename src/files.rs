//! Small file operations that must not leave half a file behind.
//! Knows no format.

use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Writes `bytes` to a temporary name beside `path` and renames it, so that readers see the old file or the new one.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let parent = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent)?;
    let mut temporary = readable_by_others().tempfile_in(parent)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Like [`write_atomically`], without waiting until it is on the disk: for what can be made again, and tells by itself
/// whether it is whole.
pub fn write_unsynced(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let parent = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent)?;
    let mut temporary = readable_by_others().tempfile_in(parent)?;
    parts.iter().try_for_each(|part| temporary.write_all(part))?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Temporary files are private by default; what is renamed into place must be as readable as its neighbours.
fn readable_by_others() -> tempfile::Builder<'static, 'static> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only unix has permission bits"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    builder
}
