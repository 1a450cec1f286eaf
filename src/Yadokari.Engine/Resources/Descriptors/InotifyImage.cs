namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>An inotify(7) instance without a watch.</summary>
public sealed record InotifyImage : DescriptorImage
{
    public override string Kind => "inotify";

    public override string Detail => "no watch";
}
