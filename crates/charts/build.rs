//! Compresses the fonts of the pictures to half their size: they would be a tenth of the
//! program otherwise.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "png")]
    fonts::compress()?;
    Ok(())
}

#[cfg(feature = "png")]
mod fonts {
    use std::io::Write;
    use std::path::PathBuf;
    use std::{env, fs, io};

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    pub fn compress() -> io::Result<()> {
        let folder = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
        for (name, font) in [
            ("regular", dejavu::sans::regular()),
            ("bold", dejavu::sans::bold()),
        ] {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(font)?;
            let path = PathBuf::from(&folder).join(name).with_extension("ttf.zz");
            fs::write(path, encoder.finish()?)?;
        }
        Ok(())
    }
}
