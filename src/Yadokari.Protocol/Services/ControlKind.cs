namespace Yadokari.Protocol.Services;

/// <summary>What a frame between a daemon and an instance is.</summary>
public enum ControlKind : byte
{
    /// <summary>JSON <see cref="ControlCommand"/>.</summary>
    Command = 1,

    /// <summary>JSON <see cref="ControlAnswer"/>; ends an exchange.</summary>
    Answer = 2,

    /// <summary>A piece of state.</summary>
    Data = 3,

    /// <summary>The state is complete.</summary>
    End = 4,
}
