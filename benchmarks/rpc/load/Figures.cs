namespace RpcLoad;

/// <summary>Order statistics.</summary>
internal static class Figures
{
    /// <summary>NaN of nothing.</summary>
    public static double Quantile(IEnumerable<double> values, double quantile)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(quantile * sorted.Length))];
    }

    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);
}
