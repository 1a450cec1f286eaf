using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Errors;

/// <summary>The body of every answer that is not a success.</summary>
/// <param name="Error">One line for the user: what, where, what to do.</param>
/// <param name="ExitStatus">What a command line ends with: a <see cref="YadoError"/>; from another host perhaps an unknown one.</param>
/// <param name="Obstacles">Every reason at once; empty unless it is <see cref="YadoError.Obstacles"/> or <see cref="YadoError.Refused"/>.</param>
[method: JsonConstructor]
public sealed record ErrorBody(string Error, int ExitStatus, IReadOnlyList<ObstacleInfo> Obstacles)
{
    public ErrorBody(string error, YadoError kind, IReadOnlyList<ObstacleInfo> obstacles)
        : this(error, (int)kind, obstacles)
    {
    }

    [JsonIgnore]
    public YadoError Kind => Enum.IsDefined((YadoError)ExitStatus) ? (YadoError)ExitStatus : YadoError.Failed;
}
