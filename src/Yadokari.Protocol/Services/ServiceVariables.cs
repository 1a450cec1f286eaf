namespace Yadokari.Protocol.Services;

/// <summary>The environment in which a daemon starts an instance of a service.</summary>
public static class ServiceVariables
{
    /// <summary>Name of the service.</summary>
    public const string Service = "YADO_SERVICE";

    /// <summary>Path of the unix socket that the instance listens on for its daemon.</summary>
    public const string Control = "YADO_SERVICE_CONTROL";

    /// <summary>ADDR:PORT where it serves HTTP/1.1.</summary>
    public const string Listen = "YADO_SERVICE_LISTEN";

    /// <summary>ADDR:PORT where it serves HTTP/2 without TLS.</summary>
    public const string ListenHttp2 = "YADO_SERVICE_LISTEN_HTTP2";

    /// <summary>Epoch of this instance.</summary>
    public const string Epoch = "YADO_SERVICE_EPOCH";

    /// <summary>ADDR:PORT of the instance that serves as long as this one is held; absent: this one serves from the start.</summary>
    public const string HeldFor = "YADO_SERVICE_HELD_FOR";

    /// <summary>The same for HTTP/2.</summary>
    public const string HeldForHttp2 = "YADO_SERVICE_HELD_FOR_HTTP2";

    /// <summary>Path of the mark that an instance makes before it serves for the first time.</summary>
    public const string Served = "YADO_SERVICE_SERVED";
}
