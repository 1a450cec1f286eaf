using System.Globalization;

namespace Yadokari.Daemon.Load;

/// <summary>Pressure stall information of the kernel (Documentation/accounting/psi.rst); kernels may be built without.</summary>
public static class Pressure
{
    /// <summary>Per cent of the last 10 s in which some task waited; null where the kernel does not tell.</summary>
    /// <param name="resource">cpu, memory or io.</param>
    public static double? Read(string resource)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/pressure/{resource}"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Absent, or switched off at boot (EOPNOTSUPP).
            return null;
        }
    }

    /// <summary>"some avg10=81.06 avg60=73.04 avg300=40.41 total=178548142", then "full …".</summary>
    public static double? Parse(string text)
    {
        const string key = "some avg10=";
        if (!text.StartsWith(key, StringComparison.Ordinal))
        {
            return null;
        }
        ReadOnlySpan<char> rest = text.AsSpan(key.Length);
        int end = rest.IndexOf(' ');
        return double.TryParse(end < 0 ? rest : rest[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? value : null;
    }
}
