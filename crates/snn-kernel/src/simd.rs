//! Which vector instructions a kernel uses; the bits are the same at every level.

/// Vector instruction sets with a compiled version of each kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Simd {
    /// What every processor of the target has.
    Baseline,
    /// 256-bit vectors.
    Avx2,
    /// 512-bit vectors.
    Avx512,
}

impl Simd {
    /// Every level this processor has, the baseline first.
    pub fn available() -> Vec<Self> {
        let mut levels = vec![Self::Baseline];
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx2") {
                levels.push(Self::Avx2);
            }
            if has_avx512() {
                levels.push(Self::Avx512);
            }
        }
        levels
    }

    /// The best level of this processor.
    pub fn best() -> Self {
        Self::available().last().copied().unwrap_or(Self::Baseline)
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512dq")
        && std::arch::is_x86_feature_detected!("avx512vl")
}

/// Declares `fn name(simd: Simd, …)` that runs the `#[inline(always)]` function `body` compiled for the
/// level asked for.
#[macro_export]
macro_rules! simd_versions {
    ($(#[$doc:meta])* $vis:vis fn $name:ident$(<$($T:ident: $bound:path),+>)?($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? = $body:path) => {
        $(#[$doc])*
        $vis fn $name$(<$($T: $bound),+>)?(simd: $crate::Simd, $($arg: $type),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2$(<$($T: $bound),+>)?($($arg: $type),*) $(-> $ret)? { $body($($arg),*) }
                #[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl")]
                fn avx512$(<$($T: $bound),+>)?($($arg: $type),*) $(-> $ret)? { $body($($arg),*) }
                // SAFETY: a level other than the baseline is only ever made by `Simd::available`, which
                // has asked the processor.
                #[allow(unsafe_code)]
                match simd {
                    $crate::Simd::Baseline => {}
                    $crate::Simd::Avx2 => return unsafe { avx2$(::<$($T),+>)?($($arg),*) },
                    $crate::Simd::Avx512 => return unsafe { avx512$(::<$($T),+>)?($($arg),*) },
                }
            }
            let _ = simd;
            $body($($arg),*)
        }
    };
}
