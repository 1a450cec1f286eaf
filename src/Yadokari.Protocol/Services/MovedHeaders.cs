namespace Yadokari.Protocol.Services;

/// <summary>
/// Headers between a movable server and its clients. Over gRPC they are metadata of the same names, so all are lower case.
/// An answer with <see cref="Moved"/>, and without <see cref="Ended"/>, says: not here, ask there; the call has not run.
/// </summary>
public static class MovedHeaders
{
    /// <summary>ADDR:PORT of where the service is now, for the protocol that the call came by.</summary>
    public const string Moved = "yado-moved";

    /// <summary>
    /// ADDR:PORT of where the service will be if nothing comes between. In an answer: a client may connect there already; with status
    /// 307 and with neither <see cref="Moved"/> nor <see cref="Service"/>: the call has not run, and may be made there, where it is held
    /// until the service has come or the connection breaks. In a request: this client is connected there, and knows what such an answer
    /// means.
    /// </summary>
    public const string Next = "yado-next";

    /// <summary>Request that only opens a connection: answered 204 by an instance that serves or is about to.</summary>
    public const string Connect = "yado-connect";

    /// <summary>Counts the moves of the service; a client believes the highest.</summary>
    public const string Epoch = "yado-epoch";

    /// <summary>Name of the service that answers.</summary>
    public const string Service = "yado-service";

    /// <summary>Request: who calls, drawn once per client; 8 to 64 letters and digits.</summary>
    public const string Client = "yado-client";

    /// <summary>Request: number of the call among this client's, from 1. The same number is the same call.</summary>
    public const string Call = "yado-call";

    /// <summary>Request: every call with a lower number has been answered and will not be repeated.</summary>
    public const string Acknowledged = "yado-acknowledged";

    /// <summary>Request: 1, and one more for each time that the call may have run and was not answered.</summary>
    public const string Attempt = "yado-attempt";

    /// <summary>Answer: it was given before and kept; the call has not run again.</summary>
    public const string Repeated = "yado-repeated";

    /// <summary>Answer to a numbered gRPC call: it is kept until it is acknowledged. One that breaks off may be asked for again.</summary>
    public const string Kept = "yado-kept";

    /// <summary>Answer, with <see cref="Moved"/>: a stream that was under way was ended by the move. It has run, and is the caller's to
    /// begin anew.</summary>
    public const string Ended = "yado-ended";

    /// <summary>Answer: the call has not run, and may be made again after a while.</summary>
    public const string NotRun = "yado-not-run";

    /// <summary>Request of an instance to itself while it is held.</summary>
    public const string WarmUp = "yado-warm-up";
}
