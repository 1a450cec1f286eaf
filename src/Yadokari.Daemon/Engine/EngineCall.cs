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
            new ErrorBody($"process {obstacles.Pid} can't be checkpointed: it has obstacles", YadoError.Obstacles, ToInfos(obstacles.Obstacles)), failure),
        EngineException engine => new YadoException(KindOf(engine.Error), engine.Message, failure),
        _ => throw new ArgumentException("not an error of the engine", nameof(failure), failure),
    };

    public static IReadOnlyList<ObstacleInfo> ToInfos(IReadOnlyList<Obstacle> obstacles) =>
        [.. obstacles.Select(o => new ObstacleInfo(o.Name, o.Detail))];

    /// <summary>What an error of the engine is to a user.</summary>
    public static YadoError KindOf(EngineError error) => error switch
    {
        EngineError.NoSuchProcess or EngineError.NoSuchFile => YadoError.NotFound,
        EngineError.HostLacks => YadoError.Refused,
        EngineError.Failed or EngineError.NotPermitted or EngineError.BadContextFile or EngineError.OutputExists or EngineError.CannotWrite => YadoError.Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, "an engine error of no kind"),
    };
}
