using Yadokari.Engine;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Engine;

/// <summary>Turns the engine's errors into those of the API, with the exit status that scripts rely on.</summary>
public static class EngineCall
{
    public static T Run<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception failure) when (failure is ObstacleException or EngineException)
        {
            throw Translate(failure);
        }
    }

    /// <param name="failure">An <see cref="ObstacleException"/> or <see cref="EngineException"/>.</param>
    public static YadoException Translate(Exception failure) => failure switch
    {
        ObstacleException obstacles => new YadoException(
            new ErrorBody($"process {obstacles.Pid} can't be checkpointed: it has obstacles", 3, ToInfos(obstacles.Obstacles)), failure),
        EngineException engine => new YadoException(ExitStatus(engine.Error), engine.Message, failure),
        _ => throw new ArgumentException("not an error of the engine", nameof(failure), failure),
    };

    public static IReadOnlyList<ObstacleInfo> ToInfos(IReadOnlyList<Obstacle> obstacles) =>
        [.. obstacles.Select(o => new ObstacleInfo(o.Name, o.Detail))];

    private static int ExitStatus(EngineError error) => error switch
    {
        EngineError.NoSuchProcess or EngineError.NoSuchFile => 4,
        EngineError.HostLacks => 5,
        _ => 1,
    };
}
