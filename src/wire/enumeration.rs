//! String enumerations, written by the generator through one macro.

use std::fmt;

/// The error of a text that is no value of a closed enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseEnumError {
    value: String,
    expected: &'static [&'static str],
}

impl ParseEnumError {
    #[doc(hidden)]
    pub fn new(value: &str, expected: &'static [&'static str]) -> Self {
        Self {
            value: value.to_owned(),
            expected,
        }
    }

    /// Returns the values of the enumeration.
    pub fn expected(&self) -> &'static [&'static str] {
        self.expected
    }
}

impl fmt::Display for ParseEnumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not one of {:?}", self.value, self.expected)
    }
}

impl std::error::Error for ParseEnumError {}

/// Declares a string enumeration.
///
/// `open` adds a variant `Unknown(Text)`, which keeps any other value
/// unchanged; `closed` rejects other values. The names that it brings begin with two
/// underscores, as no schema's name does.
#[doc(hidden)]
#[macro_export]
macro_rules! __wire_enum {
    (open $(#[$meta:meta])* $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $value:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value that the document does not name, as it was received.
            Unknown($crate::wire::Text),
        }

        impl $name {
            /// All values that the document names.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the value as it is sent and received.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => value,
                }
            }

            /// Returns the value as it is sent and received, without copying
            /// it.
            pub fn into_str(self) -> ::std::borrow::Cow<'static, str> {
                match self {
                    $(Self::$variant => $value.into(),)*
                    Self::Unknown(value) => ::std::string::String::from(value).into(),
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    other => Self::Unknown(other.into()),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(value: ::std::string::String) -> Self {
                match value.as_str() {
                    $($value => Self::$variant,)*
                    _ => Self::Unknown(value.into()),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<__D>(deserializer: __D) -> ::std::result::Result<Self, __D::Error>
            where
                __D: ::serde::Deserializer<'de>,
            {
                struct __Visitor;
                impl ::serde::de::Visitor<'_> for __Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(concat!("a string (", stringify!($name), ")"))
                    }
                    fn visit_str<__E>(self, value: &str) -> ::std::result::Result<$name, __E> {
                        Ok(<$name>::from(value))
                    }
                }
                deserializer.deserialize_str(__Visitor)
            }
        }

        $crate::__wire_enum!(@common $name);
    };

    (closed $(#[$meta:meta])* $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $value:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
        }

        impl $name {
            /// All values that the vendor accepts.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the value as it is sent and received.
            pub fn as_str(&self) -> &'static str {
                match self {
                    $(Self::$variant => $value,)*
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::wire::ParseEnumError;
            fn from_str(value: &str) -> ::std::result::Result<Self, $crate::wire::ParseEnumError> {
                match value {
                    $($value => Ok(Self::$variant),)*
                    other => Err($crate::wire::ParseEnumError::new(other, &[$($value),*])),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<__D>(deserializer: __D) -> ::std::result::Result<Self, __D::Error>
            where
                __D: ::serde::Deserializer<'de>,
            {
                struct __Visitor;
                impl ::serde::de::Visitor<'_> for __Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(concat!("a string (", stringify!($name), ")"))
                    }
                    fn visit_str<__E: ::serde::de::Error>(
                        self,
                        value: &str,
                    ) -> ::std::result::Result<$name, __E> {
                        value.parse().map_err(__E::custom)
                    }
                }
                deserializer.deserialize_str(__Visitor)
            }
        }

        $crate::__wire_enum!(@common $name);
    };

    (@common $name:ident) => {
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<__S>(&self, serializer: __S) -> ::std::result::Result<__S::Ok, __S::Error>
            where
                __S: ::serde::Serializer,
            {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    __wire_enum! { open
        /// A state.
        State {
            /// `on`
            On = "on",
            /// `off`
            Off = "off",
        }
    }

    __wire_enum! { closed
        /// An order.
        Order {
            /// `asc`
            Asc = "asc",
        }
    }

    /// Schemas may have the names that generics usually have, and values those of
    /// associated types.
    #[allow(dead_code)] // What is declared is tested, not what each can do.
    mod names {
        __wire_enum! { open D { Err = "err" } }
        __wire_enum! { open E { Error = "error" } }
        __wire_enum! { open S { Ok = "ok" } }
        __wire_enum! { closed T { Err = "err", Value = "value" } }
    }

    #[test]
    fn an_unknown_value_round_trips() {
        let state: State = serde_json::from_str("\"half-open\"").unwrap();
        assert_eq!(state, State::Unknown("half-open".into()));
        assert_eq!(serde_json::to_string(&state).unwrap(), "\"half-open\"");
        assert_eq!(State::KNOWN, [State::On, State::Off]);
        assert_eq!(state.into_str(), "half-open");
        assert_eq!(State::On.into_str(), "on");
    }

    #[test]
    fn an_enumeration_may_be_called_as_a_generic() {
        assert_eq!(
            serde_json::from_str::<names::D>("\"err\"").unwrap(),
            names::D::Err
        );
        assert_eq!(
            serde_json::from_str::<names::E>("\"error\"").unwrap(),
            names::E::Error
        );
        assert_eq!(serde_json::to_string(&names::S::Ok).unwrap(), "\"ok\"");
        assert_eq!("err".parse(), Ok(names::T::Err));
    }

    #[test]
    fn an_escaped_value_is_read_too() {
        let state: State = serde_json::from_str("\"o\\u006e\"").unwrap();
        assert_eq!(state, State::On);
    }

    #[test]
    fn a_closed_enumeration_rejects_with_its_values() {
        let error = serde_json::from_str::<Order>("\"up\"").unwrap_err();
        assert!(error.to_string().contains("[\"asc\"]"), "{error}");
        let error = "up".parse::<Order>().unwrap_err();
        assert_eq!(error.to_string(), "\"up\" is not one of [\"asc\"]");
        assert_eq!(error.expected(), ["asc"]);
        assert_eq!(Order::Asc.to_string(), "asc");
        assert_eq!(Order::KNOWN, [Order::Asc]);
    }
}
