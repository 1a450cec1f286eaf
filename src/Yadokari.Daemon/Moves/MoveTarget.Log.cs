using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Engine;
using Yadokari.Engine.Resume;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Moves;

/// <content>What the daemon's log tells of moves to it.</content>
public sealed partial class MoveTarget
{
    [LoggerMessage(Level = LogLevel.Information, Message = "move {Move} to here: {Phase}")]
    private static partial void LogPhase(ILogger logger, string move, MovePhase phase);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move} to here dropped: {Reason}")]
    private static partial void LogDropped(ILogger logger, string move, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move} to here: the source at {Address} gives no verdict: {Reason}")]
    private static partial void LogSourceSilent(ILogger logger, string move, string address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "move {Move} to here is over, but its image {Image} can't be removed: {Reason}")]
    private static partial void LogImageLeft(ILogger logger, string move, string image, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "move {Move} to here is committed, but the job cannot be rebuilt from {Image}: {Reason}")]
    private static partial void LogRebuildFailed(ILogger logger, string move, string image, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "move {Move} to here is committed and not released yet: {Reason}")]
    private static partial void LogReleaseFailed(ILogger logger, string move, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "move {Move} to here: the journal could not be written")]
    private static partial void LogStoreFailed(ILogger logger, string move, Exception failure);
}
