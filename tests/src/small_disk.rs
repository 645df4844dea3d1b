//! A file system with little room, for a full disk that hurts nobody. Only root can mount one.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system that is easily filled; unmounted in the end.
#[derive(Debug)]
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of a size, or says why that cannot be.
    pub fn mount(place: &Path, megabytes: u32) -> Result<SmallDisk, String> {
        let size = format!("size={megabytes}m");
        let mut mount = Command::new("mount");
        let output = mount.args(["-t", "tmpfs", "-o", &size, "stepwell-test"]).arg(place).output();
        match output {
            Ok(output) if output.status.success() => Ok(SmallDisk(place.to_owned())),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Takes all the room there is, until [`free`](SmallDisk::free).
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a name needs no room");
        // Large pieces first, then what is left.
        for size in [1 << 20, 1 << 12, 1] {
            let piece = vec![7; size];
            while ballast.write_all(&piece).is_ok() {}
        }
    }

    /// Gives the room back.
    pub fn free(&self) {
        // It may not have been taken.
        let _ = std::fs::remove_file(self.ballast());
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
