namespace Yadokari.Engine.Consent;

/// <summary>What a mailbox says of a capture.</summary>
public enum ProgramRequest : uint
{
    None = 0,

    /// <summary>Someone wants to capture the program: it begins no new holds.</summary>
    Asked = 1,

    /// <summary>Written while it stands still. A program that sees it is being saved, or was resumed a moment ago.</summary>
    Captured = 2,
}
