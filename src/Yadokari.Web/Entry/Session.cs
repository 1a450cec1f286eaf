using System.Security.Cryptography;
using System.Text;

namespace Yadokari.Web.Entry;

/// <summary>
/// Who may see the page: whoever came first with the token of the address, by the cookie and the key that were given for it. The token opens
/// once, so that an address in a history or in somebody's list of processes is worth nothing. Thread-safe.
/// </summary>
public sealed class Session
{
    private readonly PagePass _pass = new(Draw(), Draw());
    private string? _token = Draw();

    /// <summary>Null once it was used.</summary>
    public string? Token => _token;

    /// <summary>Gives cookie and key for the token, once.</summary>
    /// <returns>Null: a wrong one, or one that was used.</returns>
    public PagePass? Open(string token)
    {
        string? wanted = Volatile.Read(ref _token);
        return wanted is not null && IsSame(token, wanted) && Interlocked.CompareExchange(ref _token, null, wanted) == wanted ? _pass : null;
    }

    /// <summary>Enough for the files of the page, which are no secret.</summary>
    public bool Admits(string? cookie) => cookie is not null && IsSame(cookie, _pass.Cookie);

    /// <summary>Needed besides, for all that the page asks.</summary>
    public bool IsKey(string? key) => key is not null && IsSame(key, _pass.Key);

    private static string Draw() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    private static bool IsSame(string given, string wanted) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(wanted));
}
