using Xunit;

namespace Yadokari.Rpc.Moves;

/// <summary>A test that takes many minutes: it runs when YADO_SOAK=1.</summary>
public sealed class SoakFactAttribute : FactAttribute
{
    public SoakFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("YADO_SOAK") != "1")
        {
            Skip = "takes many minutes: set YADO_SOAK=1 to run it";
        }
    }
}
