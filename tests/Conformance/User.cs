using System.Globalization;

namespace Yadokari.Conformance;

/// <summary>Whom the programs run as.</summary>
internal static class User
{
    /// <summary>An ordinary user: $CONFORMANCE_USER (a uid), else 65534; null when the tests themselves run as one.</summary>
    public static uint? Ordinary { get; } = !Environment.IsPrivilegedProcess
        ? null
        : uint.Parse(Environment.GetEnvironmentVariable("CONFORMANCE_USER") ?? "65534", CultureInfo.InvariantCulture);
}
