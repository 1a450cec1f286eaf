using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Yadokari.Pms.Hosting;

/// <summary>Registers the program when its host starts, and logs where it goes. Without a daemon the program runs as if this
/// were not there.</summary>
internal sealed partial class PmsService(PmsOptions options, ILoggerFactory loggers) : IHostedService, IDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger("Yadokari.Pms");
    private string _from = "";
    private int _moves;
    private bool _listens;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listens = true;
        Pms.Moving += OnMoving;
        Pms.Moved += OnMoved;
        // A conversation with the daemon blocks its thread, and may take seconds.
        return Task.Run(Register, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        if (_listens)
        {
            _listens = false;
            Pms.Moving -= OnMoving;
            Pms.Moved -= OnMoved;
        }
    }

    private void Register()
    {
        try
        {
            string? name = options.Name ?? Environment.GetEnvironmentVariable("PMS_NAME");
            if (Pms.Register(name is { Length: > 0 } ? name : null))
            {
                LogRegistered(_logger, Pms.Host);
            }
            else
            {
                LogNoDaemon(_logger);
            }
        }
        catch (PmsException refused)
        {
            LogRefused(_logger, refused.Message);
        }
    }

    private void OnMoving()
    {
        (_from, _moves) = (Pms.Host, Pms.Moves);
        LogMoving(_logger, _from);
    }

    private void OnMoved()
    {
        if (Pms.Moves == _moves)
        {
            LogStayed(_logger, Pms.Host);
        }
        else
        {
            LogMoved(_logger, _from, Pms.Host, Pms.Moves);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "This program is a job of host {Host}")]
    private static partial void LogRegistered(ILogger logger, string host);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "No yado daemon answers on this host: this program does not move")]
    private static partial void LogNoDaemon(ILogger logger);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "The yado daemon does not take this program: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(EventId = 4, Level = LogLevel.Information, Message = "About to leave host {Host}, or to be saved there")]
    private static partial void LogMoving(ILogger logger, string host);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message = "Moved from host {From} to host {Host}, arrival {Moves}")]
    private static partial void LogMoved(ILogger logger, string from, string host, int moves);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message = "Goes on where it was, on host {Host}")]
    private static partial void LogStayed(ILogger logger, string host);
}
