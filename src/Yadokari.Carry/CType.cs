namespace Yadokari.Carry;

/// <summary>How a type without members is moved.</summary>
internal enum CKind
{
    /// <summary>Not known: a struct, or a name that only the program knows.</summary>
    Unknown,
    Byte,
    Integer,
    Float,
    Double,
}

/// <summary>The types that C and its usual headers have.</summary>
internal static class CType
{
    private static readonly HashSet<string> IntegerNames =
    [
        "bool", "_Bool", "bool_t", "enum_t", "size_t", "ssize_t", "off_t", "time_t", "clock_t", "pid_t", "uid_t", "gid_t", "mode_t", "wchar_t",
        "u_short", "u_int", "u_long", "ushort", "uint", "ulong", "quad_t", "u_quad_t", "ptrdiff_t", "rpcprog_t", "rpcvers_t", "rpcproc_t",
    ];

    private static readonly HashSet<string> ByteNames = ["char", "signed char", "unsigned char", "u_char", "int8_t", "uint8_t", "u_int8_t"];

    public static CKind Of(string type)
    {
        string[] words = type.Split(' ');
        return type switch
        {
            "float" => CKind.Float,
            "double" => CKind.Double,
            _ when ByteNames.Contains(type) => CKind.Byte,
            _ when words[0] == "enum" || IntegerNames.Contains(type) || IsSized(type) => CKind.Integer,
            _ when words.All(w => w is "short" or "int" or "long" or "signed" or "unsigned") => CKind.Integer,
            _ => CKind.Unknown,
        };
    }

    /// <summary>int32_t, uint_fast16_t, u_int64_t, intmax_t …</summary>
    private static bool IsSized(string type)
    {
        string rest = type.StartsWith("u_int", StringComparison.Ordinal) ? type[5..]
            : type.StartsWith("uint", StringComparison.Ordinal) ? type[4..]
            : type.StartsWith("int", StringComparison.Ordinal) ? type[3..] : "";
        return rest is "16_t" or "32_t" or "64_t" or "max_t" or "ptr_t"
            || ((rest.StartsWith("_fast", StringComparison.Ordinal) || rest.StartsWith("_least", StringComparison.Ordinal)) && rest.EndsWith("_t", StringComparison.Ordinal));
    }
}
