/**
 * A certificate for `localhost` and 127.0.0.1, signed by itself, with its key. For tests over TLS; good for nothing else.
 *
 * @module
 */

/** The certificate, PEM. Clients take it as their authority. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBZDCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjA5OTEyMzEyMzU5NTlaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLn8u1XgySLyb6kQ
Zo3RuzwvNFUfpwF4e4jrD7axpuXbMcvzBmoh09BrSOpDlKswYa1ZDDKMTMhZkV3V
xuzzm+OjSzBJMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAMBgNVHRMBAf8E
AjAAMB0GA1UdDgQWBBTOATeu2qKzRFjABvyO+S7qICe8tTAKBggqhkjOPQQDAgNI
ADBFAiEAvQ6EHRAjlGDvUrsnXlUHFTWEGT0zARh2yUWquLKoa8ACIBri7la4+lIV
d7cA4it82wwpMTJYITTsnJ3K7TJU+Fgr
-----END CERTIFICATE-----
`;

/** Its private key, PEM. */
export const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPwqZ6YrEtDbplpUq
i8drAdeXb5jgsL5imixU52pJ0K6hRANCAAS5/LtV4Mki8m+pEGaN0bs8LzRVH6cB
eHuI6w+2sabl2zHL8wZqIdPQa0jqQ5SrMGGtWQwyjEzIWZFd1cbs85vj
-----END PRIVATE KEY-----
`;
