//! The attributes of the crate `batteries`.
//!
//! This crate is a part of `batteries`, which says where each attribute is found, and works with exactly the version of
//! it that names this one. An attribute is parsed into what the user wrote, validated into what is meant, and expanded;
//! what it writes is a thin shell around `batteries::__private`.
