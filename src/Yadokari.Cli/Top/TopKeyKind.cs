namespace Yadokari.Cli.Top;

/// <summary>Which key.</summary>
public enum TopKeyKind
{
    /// <summary>One that types something.</summary>
    Text,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Escape,
    Backspace,

    /// <summary>One without a meaning here.</summary>
    Other,
}
