//! Memory that the processor finds quickly: huge pages, and lines asked for before they are needed.

/// Makes room for entries, on huge pages where the system has them: rows are read in no order, and each would
/// need its own small page.
pub(crate) fn reserve<N>(pool: &mut Vec<N>, entries: usize) {
    pool.reserve_exact(entries);
    #[cfg(target_os = "linux")]
    {
        const PAGE: usize = 4096;
        let room = pool.spare_capacity_mut();
        let start = (room.as_ptr() as usize).next_multiple_of(PAGE);
        let end = (room.as_ptr() as usize + size_of_val(room)) & !(PAGE - 1);
        if start < end {
            // SAFETY: whole pages inside memory that the pool owns; this advice changes no contents. Where it
            // is refused nothing is lost.
            #[allow(unsafe_code)]
            unsafe {
                libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_HUGEPAGE);
            }
        }
    }
}

/// Asks for the first kilobyte of a row.
#[inline(always)]
pub(crate) fn fetch<N>(row: &[N]) {
    #[cfg(target_arch = "x86_64")]
    {
        const LINE: usize = 64;
        const LINES: usize = 16;
        let step = (LINE / size_of::<N>()).max(1);
        for line in row.chunks(step).take(LINES) {
            // SAFETY: a hint about memory that is borrowed here; every such processor has it.
            #[allow(unsafe_code)]
            unsafe {
                use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
                _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast());
            }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = row;
}
