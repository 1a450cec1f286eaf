namespace Yadokari.Cli.Top;

/// <summary>How a line looks.</summary>
public enum TopLook
{
    Plain,
    Heading,

    /// <summary>The one that keys are about.</summary>
    Chosen,

    /// <summary>Something is under way.</summary>
    Active,

    Trouble,

    /// <summary>Said by the way.</summary>
    Quiet,
}
