using System.Globalization;

namespace Yadokari.Engine.Checkpointing;

/// <summary>What becomes of TCP connections to outside: refused (an obstacle), or carried as ones that the other side has reset.</summary>
/// <param name="ResetsAll">All are reset.</param>
/// <param name="Ports">Those are reset that have one of these ports, at either end.</param>
public sealed record TcpRule(bool ResetsAll, IReadOnlyList<int> Ports)
{
    private const string RefuseWord = "refuse";
    private const string ResetWord = "reset";
    private const int MostPorts = 64;

    public static TcpRule Refuse { get; } = new(false, []);

    /// <summary>Reads <c>refuse</c>, <c>reset</c> or <c>reset:PORT,PORT…</c>.</summary>
    /// <returns>Null when it is none of these.</returns>
    public static TcpRule? Parse(string text)
    {
        switch (text)
        {
            case RefuseWord:
                return Refuse;
            case ResetWord:
                return new TcpRule(true, []);
        }

        if (!text.StartsWith(ResetWord + ":", StringComparison.Ordinal) || text[(ResetWord.Length + 1)..].Split(',') is not { Length: <= MostPorts } words)
        {
            return null;
        }

        List<int> ports = [];
        foreach (string word in words)
        {
            if (!ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
            {
                return null;
            }

            ports.Add(port);
        }

        return new TcpRule(false, ports);
    }

    /// <param name="port">Of one end of a connection.</param>
    public bool Resets(int port) => ResetsAll || Ports.Contains(port);
}
