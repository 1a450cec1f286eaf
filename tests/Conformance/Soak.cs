namespace Yadokari.Conformance;

/// <summary>Whether tests may take hours: <c>./test --soak</c> sets <c>YADO_SOAK</c>.</summary>
internal static class Soak
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("YADO_SOAK") is { Length: > 0 };

    /// <summary>How often something is done.</summary>
    public static int Times(int usual, int soak) => IsOn ? soak : usual;
}
