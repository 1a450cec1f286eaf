namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>An eventfd(2).</summary>
public sealed record EventFdImage : DescriptorImage
{
    public required ulong Count { get; init; }

    public required bool Semaphore { get; init; }

    public override string Kind => "eventfd";

    public override string Detail => $"count {Count}";
}
