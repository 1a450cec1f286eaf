namespace Yadokari.Cli.Streams;

/// <summary>The keys that leave a job's terminal, found among what is typed; what only begins like them is the job's.</summary>
public sealed class DetachKeys
{
    public const string Usual = "ctrl-p,ctrl-q";

    private const int Most = 16;
    private readonly string _text;
    private readonly byte[] _keys;
    private int _seen;

    private DetachKeys(string text, byte[] keys) => (_text, _keys) = (text, keys);

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => _text;

    /// <param name="text">ctrl-X or a character each, with commas between; empty: none leave.</param>
    /// <returns>Null: these are no keys.</returns>
    public static DetachKeys? Parse(string text)
    {
        const string control = "ctrl-";
        string[] names = text.Length == 0 ? [] : text.Split(',');
        byte[] keys = new byte[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            string name = names[i];
            char key = name.Length == 1 ? name[0]
                : name.Length == control.Length + 1 && name.StartsWith(control, StringComparison.OrdinalIgnoreCase) ? char.ToLowerInvariant(name[^1])
                : '\0';
            bool held = name.Length > 1;
            if (held ? !(char.IsAsciiLetterLower(key) || key is '@' or '[' or '\\' or ']' or '^' or '_') : key is < ' ' or > '~')
            {
                return null;
            }
            keys[i] = (byte)(held ? key & 0x1f : key);
        }
        return keys.Length <= Most ? new DetachKeys(text, keys) : null;
    }

    /// <summary>What of that is the job's.</summary>
    /// <param name="leaves">They have been typed; what follows is nobody's.</param>
    public byte[] Pass(ReadOnlySpan<byte> typed, out bool leaves)
    {
        List<byte> passed = [];
        leaves = false;
        foreach (byte key in typed)
        {
            if (_keys.Length > 0 && key == _keys[_seen])
            {
                _seen++;
                if (_seen == _keys.Length)
                {
                    leaves = true;
                    return [.. passed];
                }
                continue;
            }
            // It was no beginning: all of it is the job's, but for what may begin it anew.
            List<byte> seen = [.. _keys.AsSpan(0, _seen), key];
            _seen = 0;
            for (int length = Math.Min(seen.Count, _keys.Length - 1); length > 0; length--)
            {
                if (seen.Count > 0 && _keys.AsSpan(0, length).SequenceEqual(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(seen)[^length..]))
                {
                    _seen = length;
                    break;
                }
            }
            passed.AddRange(seen.Take(seen.Count - _seen));
        }
        return [.. passed];
    }
}
