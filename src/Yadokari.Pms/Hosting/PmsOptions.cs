namespace Yadokari.Pms.Hosting;

/// <summary>What <c>services.AddPms()</c> may be told.</summary>
public sealed class PmsOptions
{
    /// <summary>Name of the job; null: <c>PMS_NAME</c> of the environment, else made from the program's name.</summary>
    public string? Name { get; set; }
}
