namespace Yadokari.Protocol.Errors;

/// <summary>A daemon refused or failed, or none answered. The message is one line for the user.</summary>
public sealed class YadoException(ErrorBody body, Exception? inner = null) : Exception(body.Error, inner)
{
    public YadoException(YadoError kind, string error, Exception? inner = null)
        : this(new ErrorBody(error, kind, []), inner)
    {
    }

    public ErrorBody Body { get; } = body;

    public YadoError Kind => Body.Kind;

    /// <summary>What a command line ends with.</summary>
    public int ExitStatus => (int)Kind;

    public IReadOnlyList<ObstacleInfo> Obstacles => Body.Obstacles;

    /// <summary>Nobody answered at the address: it may be worth asking again.</summary>
    public bool Unreachable { get; init; }

    /// <summary>Somebody took the connection and broke it: typically a certificate was refused.</summary>
    public bool Broken { get; init; }
}
