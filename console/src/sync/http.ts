// HTTP to the hub: JSON in and out, the CSRF token on changes, problems as errors with the server's words.
export class Problem extends Error {
  status: number;
  field: string;
  constructor(status: number, detail: string, field: string) {
    super(detail);
    this.status = status;
    this.field = field;
  }
}

let csrf = '';
export const useCsrfToken = (token: string): void => {
  csrf = token;
};

export async function request<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status === 204) return undefined as T;
  const json = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, json.detail ?? response.statusText, json.field ?? '');
  return json as T;
}

export async function upload(file: File): Promise<{ id: string; name: string; size: number; type: string }> {
  const response = await fetch(`/api/v1/uploads?name=${encodeURIComponent(file.name)}`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': file.type || 'application/octet-stream', 'X-CSRF-Token': csrf },
    body: file,
  });
  const json = await response.json();
  if (!response.ok) throw new Problem(response.status, json.detail, '');
  return json;
}
