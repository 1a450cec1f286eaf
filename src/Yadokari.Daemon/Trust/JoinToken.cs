using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>
/// What an administrator carries from the host with the authority to a host that shall join: by which certificate to
/// know the cluster, and a secret that opens its door once. Text: FINGERPRINT.SECRET, both base64url.
/// </summary>
/// <param name="Fingerprint">SHA-256 of the cluster's certificate, lower-case hexadecimal.</param>
/// <param name="Secret">128 random bits, base64url.</param>
public sealed record JoinToken(string Fingerprint, string Secret)
{
    private const int FingerprintBytes = 32;
    private const int SecretBytes = 16;

    public static JoinToken Draw(string fingerprint) => new(fingerprint, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <exception cref="YadoException">Not a token; exit status 2.</exception>
    public static JoinToken Parse(string text)
    {
        string[] parts = text.Trim().Split('.');
        if (parts.Length == 2 && Decode(parts[0]) is { Length: FingerprintBytes } fingerprint && Decode(parts[1]) is { Length: SecretBytes })
        {
            return new(Convert.ToHexStringLower(fingerprint), parts[1]);
        }
        throw new YadoException(YadoError.WrongUsage, "that is no token: 'yado cluster token' on the host with the authority prints one");
    }

    /// <summary>What the authority keeps of a secret: not the secret.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public override string ToString() => $"{Base64Url.EncodeToString(Convert.FromHexString(Fingerprint))}.{Secret}";

    private static byte[]? Decode(string text)
    {
        try
        {
            return text.Length <= 64 ? Base64Url.DecodeFromChars(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
