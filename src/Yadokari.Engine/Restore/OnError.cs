namespace Yadokari.Engine.Restore;

/// <summary>What a failed system call (result -4095…-1) leads to. The numbers are part of the context-file format.</summary>
public enum OnError : byte
{
    /// <summary>Print the operation's message and end the whole resume.</summary>
    Fail = 0,

    /// <summary>Go on; the result slot has the negative error number.</summary>
    Ignore = 1,

    /// <summary>Go on at the target.</summary>
    Jump = 2,
}
