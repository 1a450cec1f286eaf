using System.Security.Cryptography;
using System.Text;

namespace Yadokari.Web.Entry;

/// <summary>
/// Who may see the page: whoever came first with the token of the address, by the cookie that was given for it. The token opens
/// once, so that an address in a history or in somebody's list of processes is worth nothing. Thread-safe.
/// </summary>
public sealed class Session
{
    private readonly string _cookie = Draw();
    private string? _token = Draw();

    /// <summary>Null once it was used.</summary>
    public string? Token => _token;

    /// <summary>Gives the cookie for the token, once.</summary>
    /// <returns>Null: a wrong one, or one that was used.</returns>
    public string? Open(string token)
    {
        string? wanted = Volatile.Read(ref _token);
        return wanted is not null && IsSame(token, wanted) && Interlocked.CompareExchange(ref _token, null, wanted) == wanted ? _cookie : null;
    }

    public bool Admits(string? cookie) => cookie is not null && IsSame(cookie, _cookie);

    private static string Draw() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    private static bool IsSame(string given, string wanted) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(wanted));
}
