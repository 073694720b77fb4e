//! How the fields and cases of a type become its bytes: each type is one line of one of these.

/// A type with named fields, written in this order. What was added to it later stands behind
/// `since` with the number of the form that brought it: read from an older one, it is the default.
macro_rules! record {
    ($type:ty { $($field:ident),* $(,)? } $(since $format:literal { $($late:ident),* $(,)? })*) => {
        impl $crate::recording::code::Coded for $type {
            fn put(&self, out: &mut $crate::recording::code::Output) {
                let Self { $($field,)* $($($late,)*)* } = self;
                $($crate::recording::code::Coded::put($field, out);)*
                $($($crate::recording::code::Coded::put($late, out);)*)*
            }

            fn take(
                from: &mut $crate::recording::code::Input<'_>,
            ) -> Result<Self, $crate::recording::code::Garbled> {
                Ok(Self {
                    $($field: $crate::recording::code::Coded::take(from)?,)*
                    $($($late: if from.format() >= $format {
                        $crate::recording::code::Coded::take(from)?
                    } else {
                        Default::default()
                    },)*)*
                })
            }
        }
    };
}

/// A type of cases, each with a number of its own that it keeps for good.
macro_rules! choice {
    ($type:ty {
        $($tag:literal => $case:ident
            $(( $($part:ident),* ))?
            $({ $($field:ident),* $(,)? })?
        ),* $(,)?
    }) => {
        impl $crate::recording::code::Coded for $type {
            fn put(&self, out: &mut $crate::recording::code::Output) {
                match self {
                    $(Self::$case $(( $($part),* ))? $({ $($field),* })? => {
                        out.byte($tag);
                        $($($crate::recording::code::Coded::put($part, out);)*)?
                        $($($crate::recording::code::Coded::put($field, out);)*)?
                    })*
                }
            }

            fn take(
                from: &mut $crate::recording::code::Input<'_>,
            ) -> Result<Self, $crate::recording::code::Garbled> {
                Ok(match from.byte()? {
                    $($tag => {
                        $($(let $part = $crate::recording::code::Coded::take(from)?;)*)?
                        $($(let $field = $crate::recording::code::Coded::take(from)?;)*)?
                        Self::$case $(( $($part),* ))? $({ $($field),* })?
                    })*
                    _ => return Err($crate::recording::code::Garbled(stringify!($type))),
                })
            }
        }
    };
}

pub(crate) use {choice, record};
