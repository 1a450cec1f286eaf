namespace Yadokari.Engine;

/// <summary>An act of the engine failed; the message is one line for the user: what, where, what to do.</summary>
public sealed class EngineException(EngineError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public EngineError Error { get; } = error;
}
