import { describe, expect, it } from 'vitest';
import {
  type Complaint,
  emailComplaint,
  hexComplaint,
  nameComplaint,
  numberComplaint,
  passwordComplaint,
  userComplaint,
} from './field_rules.ts';

const key = (complaint: Complaint | null) => complaint?.key ?? 'fine';

describe('a field says what the server would', () => {
  it.each([
    ['chat', 'fine'],
    ['聊天 2', 'fine'],
    ['', 'field.empty'],
    [' chat', 'field.spaces'],
    ['chat ', 'field.spaces'],
    ['a\tb', 'field.control'],
    ['a\u202eb', 'field.control'],
    ['x'.repeat(200), 'fine'],
    ['x'.repeat(201), 'field.tooLong'],
    ['天'.repeat(67), 'field.tooLong'],
  ])('name %j: %s', (text, wanted) => expect(key(nameComplaint(text))).toBe(wanted));

  it.each([
    ['970CA35de60c44645bbae8a215061b33', 'fine'],
    ['970CA35de60c44645bbae8a215061b3', 'field.hex'],
    ['g70CA35de60c44645bbae8a215061b33', 'field.hex'],
    ['', 'field.hex'],
  ])('App ID %j: %s', (text, wanted) => expect(key(hexComplaint(text))).toBe(wanted));

  it.each([
    ['ann@example.com', 'fine'],
    ['ann', 'field.email'],
    ['ann@', 'field.email'],
    ['ann@exämple.com', 'field.email'],
    ['a b@example.com', 'field.email'],
  ])('e-mail %j: %s', (text, wanted) => expect(key(emailComplaint(text))).toBe(wanted));

  it.each([
    ['ann', 'fine'],
    ['ann@home, "x"', 'field.user'],
    ['null', 'field.user'],
    ["o'hara", 'field.user'],
    ['', 'field.empty'],
    ['主播', 'field.user'],
    ['x'.repeat(65), 'field.user'],
  ])('user %j: %s', (text, wanted) => expect(key(userComplaint(text))).toBe(wanted));

  it('passwords have ten bytes or more', () => {
    expect(passwordComplaint('123456789')).toEqual({ key: 'field.password', values: { least: '10' } });
    expect(passwordComplaint('1234567890')).toBeNull();
  });

  it('numbers stay within their bounds, exactly', () => {
    const within = (text: string) => numberComplaint(text, '1', '1048576');
    expect(['1', '1048576', '32768'].map(within)).toEqual([null, null, null]);
    for (const wrong of ['0', '1048577', '-1', '1.5', '1e3', '', ' 5', '9'.repeat(40)]) {
      expect(within(wrong), wrong).toEqual({ key: 'field.range', values: { least: '1', most: '1048576' } });
    }
  });
});
