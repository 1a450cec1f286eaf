namespace Yadokari.Engine.Filling;

/// <summary>How a mapping of a <see cref="FillLayout"/> is made.</summary>
[Flags]
public enum FillMappingFlags
{
    None = 0,

    /// <summary>MAP_NORESERVE.</summary>
    NoReserve = 1,

    /// <summary>Where it is full it may be made of huge pages.</summary>
    Huge = 2,
}
