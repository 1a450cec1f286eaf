namespace Yadokari.Daemon.Store;

/// <summary>The database can't be opened, read or written; the message is one line for the user.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
