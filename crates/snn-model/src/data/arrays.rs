//! Arrays from files: `.npy` and `.npz` as NumPy writes them (format 1 to 3, not compressed), and `.csv`
//! without header, one row per line.
//!
//! Sizes in a file are checked against its length before anything is allocated.

/// Dimensions that an array may have.
pub(crate) const MAX_DIMENSIONS: usize = 4;

/// An array as a file holds it: plain numbers in C order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    /// Length of each dimension, one to four.
    pub shape: Vec<usize>,
    /// The numbers, the last dimension running fastest.
    pub values: Vec<f64>,
}

/// Reads a file by the end of its name; `name` is the array of an `.npz` file.
///
/// # Errors
/// A sentence that completes "`x.npy`: …".
pub(crate) fn read(path: &str, bytes: &[u8], name: Option<&str>) -> Result<Stored, String> {
    let kind = path.rsplit_once('.').map_or("", |(_, kind)| kind);
    match (kind, name) {
        ("npz", _) => npy(npz(bytes, name)?),
        ("npy" | "csv", Some(_)) => Err("only `.npz` files hold several arrays by name".into()),
        ("npy", None) => npy(bytes),
        ("csv", None) => csv(bytes),
        _ => Err("arrays come from `.npy`, `.npz` and `.csv` files".into()),
    }
}

/// The same numbers in another shape: a `.csv` file has rows and columns only, which may stand for more
/// dimensions, or fewer, as long as no row ends within one of them. None where they do not fit.
pub(crate) fn reshaped(path: &str, stored: &Stored, shape: &[usize]) -> Option<Stored> {
    if !path.ends_with(".csv") || shape.is_empty() || shape.len() > MAX_DIMENSIONS {
        return None;
    }
    let size = |sides: &[usize]| sides.iter().try_fold(1usize, |n, side| n.checked_mul(*side));
    let rows = if let [rows, _] = stored.shape[..] { rows } else { 1 };
    let fits = size(shape) == Some(stored.values.len())
        && (rows == 1 || (1..=shape.len()).any(|n| size(&shape[..n]) == Some(rows)));
    fits.then(|| Stored { shape: shape.to_vec(), values: stored.values.clone() })
}

fn csv(bytes: &[u8]) -> Result<Stored, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text (UTF-8)".to_owned())?;
    let (mut values, mut rows, mut columns) = (Vec::new(), 0, 0);
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let before = values.len();
        for cell in line.split(',').map(str::trim) {
            match cell.parse::<f64>() {
                Ok(value) if value.is_finite() => values.push(value),
                _ => return Err(format!("line {}: `{cell}` is not a number", at + 1)),
            }
        }
        let found = values.len() - before;
        if rows > 0 && found != columns {
            return Err(format!("line {}: {found} values, {columns} before", at + 1));
        }
        (rows, columns) = (rows + 1, found);
    }
    let shape = if rows == 1 || columns == 1 { vec![values.len()] } else { vec![rows, columns] };
    if values.is_empty() { Err("it is empty".into()) } else { Ok(Stored { shape, values }) }
}

/// What the header of an `.npy` array says.
struct Header<'a> {
    /// Type of the numbers, such as `<f8`.
    descr: &'a str,
    order: Order,
    shape: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    C,
    Fortran,
}

fn npy(bytes: &[u8]) -> Result<Stored, String> {
    let broken = || "it is not an `.npy` array".to_owned();
    let rest = bytes.strip_prefix(b"\x93NUMPY").ok_or_else(broken)?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(broken)?;
    let (len, rest) = match version[0] {
        1 => {
            let (len, rest) = rest.split_first_chunk::<2>().ok_or_else(broken)?;
            (usize::from(u16::from_le_bytes(*len)), rest)
        }
        2 | 3 => {
            let (len, rest) = rest.split_first_chunk::<4>().ok_or_else(broken)?;
            (u32::from_le_bytes(*len) as usize, rest)
        }
        _ => return Err(format!("format {} of `.npy` is not known", version[0])),
    };
    let (header, data) = rest.split_at_checked(len).ok_or_else(broken)?;
    let header = std::str::from_utf8(header).ok().and_then(header_of).ok_or_else(broken)?;
    if !(1..=MAX_DIMENSIONS).contains(&header.shape.len()) {
        let n = header.shape.len();
        return Err(format!("it has {n} dimensions, arrays have 1 to {MAX_DIMENSIONS}"));
    }
    let (width, number) = number_type(header.descr)?;
    let count = header.shape.iter().try_fold(1usize, |n, side| n.checked_mul(*side));
    let size = count.and_then(|count| count.checked_mul(width));
    let Some(data) = size.and_then(|size| data.get(..size)) else {
        let (shape, found) = (&header.shape, data.len());
        let needed = size.map_or("more than fits into memory".into(), |n| format!("{n} bytes"));
        return Err(format!("it is cut off: the shape {shape:?} needs {needed}, it has {found}"));
    };
    let values: Vec<f64> = data.chunks_exact(width).map(number).collect();
    if let Some(at) = values.iter().position(|x| !x.is_finite()) {
        return Err(format!("it holds {}, as number {} of {}", values[at], at + 1, values.len()));
    }
    let values = match header.order {
        Order::C => values,
        Order::Fortran => to_c_order(&values, &header.shape),
    };
    Ok(Stored { shape: header.shape, values })
}

/// `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
fn header_of(text: &str) -> Option<Header<'_>> {
    let after = |key: &str| Some(text.split_once(key)?.1.trim_start());
    let descr = after("'descr':")?.strip_prefix('\'')?.split_once('\'')?.0;
    let order = after("'fortran_order':")?;
    let order = if order.starts_with("True") { Order::Fortran } else { Order::C };
    let sides = after("'shape':")?.strip_prefix('(')?.split_once(')')?.0;
    let sides = sides.split(',').map(str::trim).filter(|side| !side.is_empty());
    let shape = sides.map(|side| side.parse().ok()).collect::<Option<Vec<usize>>>()?;
    Some(Header { descr, order, shape })
}

/// The bytes of a number, and how to read it.
type NumberType = (usize, fn(&[u8]) -> f64);

/// Types of NumPy: byte order, then kind and size.
fn number_type(descr: &str) -> Result<NumberType, String> {
    macro_rules! reads {
        ($number:ty, $from:ident) => {
            (size_of::<$number>(), |bytes| {
                <$number>::$from(bytes.try_into().expect("invariant: chunks have its size")) as f64
            })
        };
    }
    Ok(match descr {
        "<f8" => reads!(f64, from_le_bytes),
        ">f8" => reads!(f64, from_be_bytes),
        "<f4" => reads!(f32, from_le_bytes),
        ">f4" => reads!(f32, from_be_bytes),
        "|i1" | "<i1" | ">i1" => reads!(i8, from_le_bytes),
        "<i2" => reads!(i16, from_le_bytes),
        ">i2" => reads!(i16, from_be_bytes),
        "<i4" => reads!(i32, from_le_bytes),
        ">i4" => reads!(i32, from_be_bytes),
        "<i8" => reads!(i64, from_le_bytes),
        ">i8" => reads!(i64, from_be_bytes),
        "|u1" | "<u1" | ">u1" | "|b1" => reads!(u8, from_le_bytes),
        "<u2" => reads!(u16, from_le_bytes),
        ">u2" => reads!(u16, from_be_bytes),
        "<u4" => reads!(u32, from_le_bytes),
        ">u4" => reads!(u32, from_be_bytes),
        "<u8" => reads!(u64, from_le_bytes),
        ">u8" => reads!(u64, from_be_bytes),
        _ => {
            let what = match descr.trim_start_matches(['<', '>', '|', '=']).chars().next() {
                Some('c') => "complex numbers",
                Some('f') => "numbers of a size that is not read",
                Some('U' | 'S') => "texts",
                Some('O') => "Python objects",
                _ => "something else than numbers",
            };
            return Err(format!(
                "it holds {what} (`{descr}`): save it as `W.astype(numpy.float64)`"
            ));
        }
    })
}

fn to_c_order(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut place = vec![0usize; shape.len()];
    let mut ordered = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let at = shape.iter().zip(&place).rev().fold(0, |at, (side, i)| at * side + i);
        ordered.push(values[at]);
        for (i, side) in place.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < *side {
                break;
            }
            *i = 0;
        }
    }
    ordered
}

/// The bytes of one array of an `.npz` file, which is a ZIP archive. Without a name, of the only one.
fn npz<'a>(bytes: &'a [u8], name: Option<&str>) -> Result<&'a [u8], String> {
    let entries = zip_entries(bytes).ok_or("it is not an `.npz` archive")?;
    let names = || -> String {
        let names: Vec<String> =
            entries.iter().map(|e| format!("`{}`", array_name(e.name))).collect();
        names.join(", ")
    };
    let entry = match (name, entries.as_slice()) {
        (None, [only]) => only,
        (None, _) => {
            let names = names();
            return Err(format!("it holds several arrays, name one of {names} after the file"));
        }
        (Some(name), _) => entries
            .iter()
            .find(|e| array_name(e.name) == name)
            .ok_or_else(|| format!("it has no array `{name}`: it holds {}", names()))?,
    };
    match entry.method {
        0 => entry.stored(bytes).ok_or_else(|| "it is cut off".to_owned()),
        _ => Err("it is compressed: write it with `numpy.savez`".into()),
    }
}

fn array_name(file: &str) -> &str {
    file.strip_suffix(".npy").unwrap_or(file)
}

/// A file in a ZIP archive.
struct Entry<'a> {
    name: &'a str,
    method: u16,
    size: usize,
    /// Where its local header begins.
    at: usize,
}

impl Entry<'_> {
    fn stored<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let local = bytes.get(self.at..)?;
        let skip = 30 + usize::from(u16_at(local, 26)?) + usize::from(u16_at(local, 28)?);
        local.get(skip..skip.checked_add(self.size)?)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

/// The central directory of a ZIP archive, which its last record points at.
fn zip_entries(bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
    let tail = bytes.len().checked_sub(22)?;
    let from = tail.saturating_sub(usize::from(u16::MAX));
    let end = (from..=tail).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))?;
    let mut directory = bytes.get(u32_at(bytes, end + 16)?..end)?;
    let mut entries = Vec::new();
    for _ in 0..u16_at(bytes, end + 10)? {
        if !directory.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name_len = usize::from(u16_at(directory, 28)?);
        let beside = usize::from(u16_at(directory, 30)?) + usize::from(u16_at(directory, 32)?);
        let name = std::str::from_utf8(directory.get(46..46 + name_len)?).ok()?;
        let (method, size) = (u16_at(directory, 10)?, u32_at(directory, 24)?);
        entries.push(Entry { name, method, size, at: u32_at(directory, 42)? });
        directory = directory.get(46 + name_len + beside..)?;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn npy_bytes(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn every_type_and_both_orders() {
        let floats: Vec<u8> = [0.5f64, -2.0, 3.0, 4.0, 5.0, 6.0].map(f64::to_le_bytes).concat();
        let stored = npy(&npy_bytes("<f8", "False", "(2, 3)", &floats)).unwrap();
        assert_eq!(stored.shape, [2, 3]);
        assert_eq!(stored.values, [0.5, -2.0, 3.0, 4.0, 5.0, 6.0]);
        let stored = npy(&npy_bytes("<f8", "True", "(2, 3)", &floats)).unwrap();
        assert_eq!(stored.values, [0.5, 3.0, 5.0, -2.0, 4.0, 6.0]);
        let big: Vec<u8> = [1i16, -300].map(i16::to_be_bytes).concat();
        assert_eq!(npy(&npy_bytes(">i2", "False", "(2,)", &big)).unwrap().values, [1.0, -300.0]);
        assert_eq!(
            npy(&npy_bytes("|u1", "False", "(2,)", &[7, 255])).unwrap().values,
            [7.0, 255.0]
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let fault = |bytes: &[u8]| npy(bytes).unwrap_err();
        assert_eq!(fault(b"hello"), "it is not an `.npy` array");
        assert!(fault(&npy_bytes("<f8", "False", "(2,)", &[0; 8])).contains("cut off"));
        assert!(fault(&npy_bytes("<c8", "False", "(1,)", &[0; 8])).contains("complex"));
        assert!(fault(&npy_bytes("<f2", "False", "(1,)", &[0; 2])).contains("astype"));
        assert!(fault(&npy_bytes("|O", "False", "(1,)", &[0; 8])).contains("objects"));
        assert!(fault(&npy_bytes("<é", "False", "(1,)", &[0; 8])).contains("something else"));
        assert!(fault(&npy_bytes("<f8", "False", "()", &[0; 8])).contains("0 dimensions"));
        assert_eq!(
            fault(&npy_bytes("<f8", "False", "(1,)", &f64::NAN.to_le_bytes())),
            "it holds NaN, as number 1 of 1"
        );
        let huge = "(4294967296, 4294967296)";
        assert!(fault(&npy_bytes("<f8", "False", huge, &[0; 8])).contains("cut off"));
    }

    #[test]
    fn rows_of_a_table_are_whole_parts_of_a_shape() {
        let table = csv(b"1,2,3,4\n5,6,7,8\n9,10,11,12\n").unwrap();
        let fits = |shape: &[usize]| reshaped("w.csv", &table, shape).is_some();
        assert!(fits(&[3, 4]) && fits(&[3, 2, 2]) && fits(&[3, 1, 2, 2]) && fits(&[1, 3, 4]));
        assert!(fits(&[3, 4, 1]));
        assert!(!fits(&[4, 3]) && !fits(&[2, 6]) && !fits(&[12]) && !fits(&[3, 3]) && !fits(&[]));
        let row = csv(b"1,2,3,4\n").unwrap();
        assert!(reshaped("w.csv", &row, &[1, 4]).is_some());
        assert!(reshaped("w.csv", &row, &[2, 2]).is_some());
        assert!(reshaped("w.npy", &row, &[1, 4]).is_none());
        assert!(reshaped("w.csv", &row, &[usize::MAX, usize::MAX]).is_none());
    }

    #[test]
    fn tables_of_numbers() {
        let read = |text: &str| csv(text.as_bytes());
        assert_eq!(
            read("1, 2\n\n3,4e-1\n").unwrap(),
            Stored { shape: vec![2, 2], values: vec![1.0, 2.0, 3.0, 0.4] }
        );
        assert_eq!(read("1\n2\n3").unwrap().shape, [3]);
        assert_eq!(read("1,2\n3\n").unwrap_err(), "line 2: 1 values, 2 before");
        assert_eq!(read("a,b\n1,2\n").unwrap_err(), "line 1: `a` is not a number");
        assert_eq!(read("\n").unwrap_err(), "it is empty");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 0usize..200) {
            let mut archive = b"PK\x01\x02".to_vec();
            archive.extend(&bytes);
            archive.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\0\0\0\0");
            archive.extend(&bytes[..bytes.len().min(cut % 8)]);
            archive.extend([0; 6]);
            for name in [None, Some("a")] {
                let _ = (npz(&bytes, name), npz(&archive, name));
            }
            let _ = (csv(&bytes), npy(&npy_bytes("<f8", "True", "(3, 2, 9)", &bytes)));
            let valid = npy_bytes("<f4", "False", "(2, 2)", &[0; 16]);
            let _ = npy(&valid[..valid.len().min(cut)]);
        }
    }
}
